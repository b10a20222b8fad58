"""Subscribers in, from CSV and XLSX.

A file is taken apart when it arrives (``sheets``, ``encoding``, ``csv_file``, ``xlsx_file``,
``receiving``): whatever is wrong with it is said then, and only its rows are kept, in pieces, in
the database, where any worker reaches them. Somebody then says what its columns are and what the
import rests on (``columns``, ``planning``). ``working`` goes through the rows twice, a batch at a
time (``passes``, ``ahead``): once to say what would happen, and once to do it (``candidates``,
``standing``, ``consented``, ``writing``, ``inviting``). ``reports`` tells what was left out.
"""
