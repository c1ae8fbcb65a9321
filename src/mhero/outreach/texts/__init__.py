"""Reading the short texts that health workers send: stock reports and referrals.

Pure: a text and lists in; what was understood, and what has to be asked back, out. Of two possible readings
none is taken.
"""
