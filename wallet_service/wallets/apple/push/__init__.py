"""Pushes to Apple: APNs over HTTP/2, behind one seam."""
