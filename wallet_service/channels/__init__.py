"""How a message leaves the building, behind one seam."""
