"""Contact queries asked of the database, and what keeps their answers true while contacts change."""
