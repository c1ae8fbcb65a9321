"""Stock: products, who reports them by text, what is on hand where, and its way to DHIS2."""
