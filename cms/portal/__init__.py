"""The portal's look-ups: training institutions, appraisals, experts. Shared rows of the association, no scope."""
