"""What contracts hold a vendor to, measured by mutating answers."""
