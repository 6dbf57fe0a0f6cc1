"""Makes the models that Findspot ships; never part of the wheel, never imported by it."""
