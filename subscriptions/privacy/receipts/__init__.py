"""Consent receipts: what somebody agreed to, signed, for themselves to keep.

ISO/IEC TS 27560:2023 in the terms of the W3C's Data Privacy Vocabulary (DPV).
"""
