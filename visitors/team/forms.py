"""The forms of the team's notes and tags."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import normalize_newlines

from visitors.formatting.text import clean
from visitors.models.team import MAX_NOTE_LENGTH, MAX_TAG_LENGTH

MAX_TAGS = 20


class NoteForm(forms.Form):
    """A note: plain text of several lines."""

    text = forms.CharField(
        max_length=MAX_NOTE_LENGTH,
        error_messages={
            "required": "Write something first.",
            "max_length": f"A note has at most {MAX_NOTE_LENGTH:,} characters.",
        },
    )

    def clean_text(self) -> str:
        """Return the text without control and direction characters, except for line breaks."""
        lines = normalize_newlines(self.cleaned_data["text"]).split("\n")
        text = "\n".join(clean(line).rstrip() for line in lines).strip()
        if not text:
            raise ValidationError("Write something first.")
        return text


class TagsForm(forms.Form):
    """The tags of a website, with commas."""

    tags = forms.CharField(
        label="Tags",
        required=False,
        max_length=(MAX_TAG_LENGTH + 2) * MAX_TAGS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=f"With commas, at most {MAX_TAGS}. Removing a tag here removes it from all visitors.",
    )

    def clean_tags(self) -> list[str]:
        """Return the names, each once whatever its case."""
        names = (" ".join(clean(name).split()) for name in self.cleaned_data["tags"].split(","))
        found = {name.casefold(): name for name in names if name}
        if len(found) > MAX_TAGS:
            raise ValidationError(f"A website has at most {MAX_TAGS} tags.")
        if too_long := next((name for name in found.values() if len(name) > MAX_TAG_LENGTH), None):
            raise ValidationError(f"“{too_long}” is too long: a tag has at most {MAX_TAG_LENGTH} characters.")
        return list(found.values())
