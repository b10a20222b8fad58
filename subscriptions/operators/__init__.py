"""Who works in the admin: accounts, roles, the audit trail."""
