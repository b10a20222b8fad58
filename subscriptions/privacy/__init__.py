"""The policy, erasure and its proof, the purge."""
