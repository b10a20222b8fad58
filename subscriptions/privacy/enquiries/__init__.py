"""Enquiries: what people write on the contact page, kept for the enquiry alone."""
