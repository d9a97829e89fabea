"""What runs inside Rasa's process: the signed channel, the red-flag detector and policy, and the wording of replies."""
