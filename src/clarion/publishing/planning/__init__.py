"""When what goes out: calendar, queues, what comes again, plans from files."""
