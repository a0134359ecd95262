"""Variants of the genome: the panel that hospitals agree on, and the genotypes of their own people."""
