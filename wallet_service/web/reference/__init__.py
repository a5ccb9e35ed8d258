"""The reference of the REST interface: one page, made here from the OpenAPI document, that needs nothing from elsewhere."""
