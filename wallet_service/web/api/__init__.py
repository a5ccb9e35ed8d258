"""REST v1, for tills, shops and CRM."""
