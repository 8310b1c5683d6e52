"""What every file to download has in common."""

# Spreadsheets read a CSV file as UTF-8 only when it begins with this.
BYTE_ORDER_MARK = "\ufeff"
