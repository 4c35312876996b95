"""MOTE's reduced network and its short training, which its stored curves come from."""
