"""Settings: what there is to set, who says so, and what counts in the end.

``settings`` declares each setting once, in sections; ``sources`` reads the user's file, the project's file and the
environment, which nothing else reads (I-8); ``resolve`` merges them into one ``Config``, for every front end (0024).
"""

from __future__ import annotations

from findspot.config.resolve import Config, Origin, index_name, load_config, read_setting
from findspot.config.settings import (
    SECTIONS,
    SENTENCE_TRANSFORMERS,
    AnswerSettings,
    ChatSettings,
    ChatTemplate,
    EmbedderApi,
    IndexSettings,
    ModelSettings,
    Section,
    ServerSettings,
    Settings,
    TerminalSettings,
    allowed,
    flag,
    flagged,
    project_may,
)
from findspot.config.sources import (
    OWN_DIR,
    agent_environ,
    child_environ,
    child_module_path,
    models_dir,
    project_config_path,
    secret,
    use_one_math_thread,
)
from findspot.config.writing import replace_file, set_project_setting, set_user_setting

__all__ = [
    "OWN_DIR",
    "SECTIONS",
    "SENTENCE_TRANSFORMERS",
    "AnswerSettings",
    "ChatSettings",
    "ChatTemplate",
    "Config",
    "EmbedderApi",
    "IndexSettings",
    "ModelSettings",
    "Origin",
    "Section",
    "ServerSettings",
    "Settings",
    "TerminalSettings",
    "agent_environ",
    "allowed",
    "child_environ",
    "child_module_path",
    "flag",
    "flagged",
    "index_name",
    "load_config",
    "models_dir",
    "project_config_path",
    "project_may",
    "read_setting",
    "replace_file",
    "secret",
    "set_project_setting",
    "set_user_setting",
    "use_one_math_thread",
]
