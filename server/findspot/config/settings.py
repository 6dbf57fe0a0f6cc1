"""Every setting, declared once: type, limits, default, description, who may set it, and its flag (I-19).

A section is what one part of the program needs, and that part is given no more. Names are flat: in a settings file, on
the command line and in an editor a setting has the same name, without its section. The reference pages and the help texts
of the command line are made from what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar, get_args

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field

from findspot.core.limits import MAX_BUDGET, MAX_RESULTS, USUAL_THRESHOLD

ChatTemplate = Literal["", "chatml", "llama3", "gemma", "phi3", "mistral"]
"""How a conversation can be laid out for a chat model; "" leaves it to the model's vocabulary."""

EmbedderApi = Literal["openai", "ollama"]
"""How a server of embeddings is spoken to."""

SENTENCE_TRANSFORMERS: Final = "st:"
"""What stands before the name or folder of a model that the package sentence-transformers runs."""


class ProjectMay(NamedTuple):
    """Marks a setting that a project may set too, from ``least`` to ``most``; without the mark only the user may."""

    least: int | float | None = None
    most: int | float | None = None

    def takes(self, value: Any) -> bool:
        """Return whether ``value``, of the right type, is one that a project may set."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def bounds(self) -> str:
        """Return the limits in words, ``at most 100``; empty without any."""
        least = [] if self.least is None else [f"at least {self.least}"]
        return " and ".join(least if self.most is None else [*least, f"at most {self.most}"])


class Flag(NamedTuple):
    """Marks a setting that has an option on the command line.

    Where the setting is true or false the option takes no value and sets the opposite of the default. ``meaning`` is
    what the option does, where that is not the setting's own description.
    """

    names: tuple[str, ...]
    value: str = ""
    meaning: str = ""


class Section(BaseModel):
    """Some of the settings. Sections are equal, and keys of a mapping, by all of their values."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AnswerSettings(Section):
    """How long an answer is, and how long it takes."""

    top_k: Annotated[
        int,
        Field(ge=1, le=MAX_RESULTS, description="How many results an answer holds at most."),
        ProjectMay(most=100),
        Flag(("-k", "--top-k"), "N"),
    ] = 10
    budget: Annotated[
        float,
        Field(
            ge=0.0, le=MAX_BUDGET, strict=False, description="Seconds that localize may take; 0 leaves the model out."
        ),
        ProjectMay(most=5.0),
        Flag(("--budget",), "SECONDS"),
    ] = 1.0
    threshold: Annotated[
        float,
        Field(
            ge=0.0,
            le=1.0,
            strict=False,
            description="Cosine similarity that a result must have if no word of the question leads to it. With the default "
            "the larger an index is the more is wanted, up to 0.3; less takes in more, more leaves out what has less.",
        ),
        ProjectMay(),
        Flag(("--threshold",), "SIMILARITY"),
    ] = USUAL_THRESHOLD
    editor_context: Annotated[
        bool,
        Field(description="Raise what is near to the files in the editor, where an editor says which they are."),
    ] = True


class IndexSettings(Section):
    """What is indexed, and how."""

    hidden: Annotated[
        bool,
        Field(description="Take in hidden files and folders; they go into an index of their own, which is kept."),
        ProjectMay(),
        Flag(("--hidden",)),
    ] = False
    ignore_files: Annotated[
        bool,
        Field(description="Leave out what ignore files name, and other checkouts inside a repository."),
        Flag(
            ("--no-ignore",),
            meaning="Take in what ignore files leave out and other checkouts; they go into an index of their own, "
            "which is kept.",
        ),
    ] = True
    follow: Annotated[
        bool,
        Field(
            description="Follow symbolic links, out of the root too; they go into an index of their own, which is kept."
        ),
        Flag(("-L", "--follow")),
    ] = False
    full_index: Annotated[
        bool,
        Field(description="Let a server and an interactive view wait for the whole index before they answer."),
        ProjectMay(),
        Flag(("--full-index",)),
    ] = False
    index_warn_threshold: Annotated[
        int,
        Field(
            ge=0,
            le=100_000_000,
            description="Files from which on a command asks before it builds a first index; 0 never asks.",
        ),
        Flag(("--index-warn-threshold",), "FILES"),
    ] = 1_000
    max_file_bytes: Annotated[
        int,
        Field(ge=1024, le=1 << 30, description="Larger files are skipped, counted and named in the status."),
        ProjectMay(most=4_000_000),
    ] = 1_000_000
    chunk_size: Annotated[
        int,
        Field(ge=32, le=4096, description="Tokens of a window of text that has no syntax tree."),
        ProjectMay(least=128),
    ] = 256
    chunk_overlap: Annotated[
        int,
        Field(ge=0, le=2048, description="Tokens that one such window repeats of the window before it."),
        ProjectMay(most=512),
    ] = 64
    workers: Annotated[
        int, Field(ge=0, le=64, description="Processes that parse during a large indexing run; 0 chooses.")
    ] = 0

    def conflict(self) -> str:
        """Return in words why these values do not go together; empty when they do."""
        if self.chunk_overlap < self.chunk_size:
            return ""
        return f"chunk_overlap ({self.chunk_overlap}) must be smaller than chunk_size ({self.chunk_size})"


CONFLICTING: Final = frozenset({"chunk_size", "chunk_overlap"})
"""The settings that ``conflict`` compares."""


class ServerSettings(Section):
    """What a language server does by itself."""

    debounce_ms: Annotated[
        int, Field(ge=0, le=60_000, description="Quiet time after a file change before the index is updated.")
    ] = 200
    read_ahead: Annotated[
        int,
        Field(
            ge=0,
            le=1_000_000,
            description="Functions that a server reads with the localization model while it is idle; 0 turns it off.",
        ),
    ] = 20_000


class ModelSettings(Section):
    """Which models are used, and with how many threads."""

    embedder: Annotated[
        str,
        Field(
            description="What finds by meaning: a static model of the manifest, or `st:NAME` or `st:FOLDER` for one that "
            "sentence-transformers runs, if that package is installed."
        ),
    ] = "static-code"
    embedder_url: Annotated[
        str,
        Field(
            description="Address of a server of embeddings, `http://127.0.0.1:11434`; takes the place of `embedder`. The "
            "words of your files and questions are sent there."
        ),
        Flag(
            ("--embedder-url",),
            "URL",
            "Find by meaning with the server of embeddings at this address. The words of your files and questions are sent there.",
        ),
    ] = ""
    embedder_api: Annotated[
        EmbedderApi, Field(description="How that server is spoken to: `/v1/embeddings` or `/api/embed`.")
    ] = "openai"
    embedder_model: Annotated[
        str,
        Field(description="The model of that server."),
        Flag(("--embedder-model",), "NAME", "The model of the server of embeddings."),
    ] = ""
    embedder_key_variable: Annotated[
        str, Field(description="The environment variable that holds the key for `embedder_url`; empty for no key.")
    ] = ""
    ranker: Annotated[
        str, Field(description="Id of the learned rankers in the manifest; empty orders by hand-set weights.")
    ] = "ranker-v1"
    localization_model: Annotated[
        str, Field(description="Id of the localization model in the manifest; empty switches it off.")
    ] = "minilm-code-q8"
    threads: Annotated[int, Field(ge=0, le=64, description="Threads of a model that llama.cpp runs; 0 chooses.")] = 0

    def other_embedder(self) -> str:
        """Return what is peculiar to an embedder that is none of Findspot's own; empty for one of those."""
        if self.embedder_url:
            return f"{self.embedder_api} {self.embedder_url} {self.embedder_model}"
        return self.embedder if self.embedder.startswith(SENTENCE_TRANSFORMERS) else ""


class ChatSettings(Section):
    """Models that write, which none of Findspot's own do: your GGUF files, or one behind an address."""

    models_dir: Annotated[
        str, Field(description="Folder of your own GGUF models; empty for one in your data folder.")
    ] = ""
    chat_model: Annotated[
        str,
        Field(
            description="The model that explores on request: one of your own by name or path, or of `chat_endpoint`."
        ),
    ] = ""
    chat_context: Annotated[
        int, Field(ge=1024, le=131_072, description="Tokens that a chat model on this machine keeps in mind.")
    ] = 4096
    chat_template: Annotated[
        ChatTemplate,
        Field(description="How a conversation is laid out for it; empty to go by its vocabulary."),
    ] = ""
    chat_endpoint: Annotated[
        str,
        Field(
            description="Address of a server of chat completions, `http://127.0.0.1:8080/v1`. Questions with pieces of the "
            "code base are sent there when you explore with its model."
        ),
    ] = ""
    chat_key_variable: Annotated[
        str, Field(description="The environment variable that holds the key for `chat_endpoint`; empty for no key.")
    ] = ""


class TerminalSettings(Section):
    """What only a terminal and the search page need; editors do not show it."""

    open_cmd: Annotated[
        str,
        Field(
            description="Command that opens a result, with `{file}`, `{line}` and `{end_line}`; empty for `$VISUAL`, "
            "`$EDITOR`, `$PAGER` or less. No shell reads it."
        ),
        Flag(("--open-cmd",), "TEMPLATE"),
    ] = ""
    port: Annotated[
        int,
        Field(ge=0, le=0xFFFF, description="Port that the search page is served on; 0 takes a free one."),
        Flag(("--port",), "N"),
    ] = 0


_S = TypeVar("_S", bound=Section)


class Settings(AnswerSettings, IndexSettings, ServerSettings, ModelSettings, ChatSettings, TerminalSettings):
    """Every setting of Findspot, with its default."""

    def section(self, kind: type[_S]) -> _S:
        """Return the values of one section alone."""
        return kind(**{name: getattr(self, name) for name in kind.model_fields})


SECTIONS: Final[Mapping[str, type[Section]]] = {
    "answers": AnswerSettings,
    "indexing": IndexSettings,
    "server": ServerSettings,
    "models": ModelSettings,
    "chat": ChatSettings,
    "terminal": TerminalSettings,
}

FORMER_NAMES: Final[Mapping[str, str]] = {"reranker": "localization_model"}
"""What a setting was called before. It is not taken any more, but its new name is the nearest, whatever the letters say."""


def project_may(name: str) -> ProjectMay | None:
    """Return what a project may set ``name`` to; None when only the user may set it."""
    return next((mark for mark in Settings.model_fields[name].metadata if isinstance(mark, ProjectMay)), None)


def flag(name: str) -> Flag | None:
    """Return the option that sets ``name`` on the command line; None when there is none."""
    return next((mark for mark in Settings.model_fields[name].metadata if isinstance(mark, Flag)), None)


def flagged() -> list[str]:
    """Return the names of the settings that have an option on the command line."""
    return [name for name in Settings.model_fields if flag(name) is not None]


def allowed(name: str) -> str:
    """Return what a setting may be, in words: ``a whole number from 1 to 1000``."""
    field = Settings.model_fields[name]
    if choices := get_args(field.annotation):
        return f"one of {', '.join(choice or 'nothing' for choice in choices)}"
    least = next((limit.ge for limit in field.metadata if isinstance(limit, Ge)), None)
    most = next((limit.le for limit in field.metadata if isinstance(limit, Le)), None)
    kind = {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(
        getattr(field.annotation, "__name__", ""), "text"
    )
    return kind if least is None or most is None else f"{kind} from {least:g} to {most:.10g}"
