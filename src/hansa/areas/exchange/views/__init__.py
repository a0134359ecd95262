"""What the pages say about exchange."""
