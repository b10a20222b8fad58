"""Tests of the migrations: up, down, with data, and equal to the models."""
