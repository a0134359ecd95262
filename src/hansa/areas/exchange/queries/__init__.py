"""What can be asked about exchange; nothing here writes."""
