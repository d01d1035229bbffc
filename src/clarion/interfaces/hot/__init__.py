"""The short way: clicks on our links and reports from shops, without Django's machinery."""
