"""What every room stands on: settings, the database, ids, the clock, outgoing HTTP, jobs."""
