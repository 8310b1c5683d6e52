"""The pages of a website's visitors."""
