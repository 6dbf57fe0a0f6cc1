"""Questions with a known answer: a guard set that no tuning to issues may make worse, and the runs that measure it."""
