"""The face engine: finds faces, 68 landmarks, and embeddings. Loaded by face workers only, never by the web process."""

from proctoring.engine.base import Box, FaceEngine
from proctoring.engine.edition import Edition, configured
from proctoring.engine.loading import WeightsRefused, load_engine

__all__ = ["Box", "Edition", "FaceEngine", "WeightsRefused", "configured", "load_engine"]
