"""The reference of the REST interface: pages, made here from the OpenAPI document, that need nothing from elsewhere."""
