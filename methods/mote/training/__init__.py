"""MOTE's reduced network and images, its short training, and the table of its measurements."""
