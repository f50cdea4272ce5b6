"""One file that holds what a machine cannot get again: how it is written, checked and put back.

`format` says what stands in it, `sealing` encrypts it, `writing` and `reading` are its two ways, `swapping` puts what
was read in the place of what was there. None of them knows the database or the daemon: `machine.app` joins them.
"""
