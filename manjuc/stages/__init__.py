"""The table of stages, in story order. A stage is one module here, one template of its name, and one line below."""

from __future__ import annotations

from collections.abc import Mapping

from manjuc.contracts import Stage
from manjuc.stages import clip, contact_sheet, film, prop, scene, script, three_views

STAGES: tuple[Stage, ...] = (script, three_views, scene, prop, contact_sheet, clip, film)
BY_NAME: Mapping[str, Stage] = {stage.NAME: stage for stage in STAGES}
