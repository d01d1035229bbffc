"""Plain Python about pictures: what a file really is, made safe to keep and to send."""
