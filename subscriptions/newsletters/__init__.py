"""What is on offer: newsletters, their topics and sign-up forms, the wordings of consent."""
