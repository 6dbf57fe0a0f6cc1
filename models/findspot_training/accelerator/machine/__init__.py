"""What runs on the borrowed machine. It is copied into the pack as it is: numpy, torch and transformers, nothing of ours."""
