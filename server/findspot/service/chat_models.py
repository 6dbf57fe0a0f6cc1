"""The model that writes, as the user's settings or the words of a command name it; a project never does (I-23)."""

from __future__ import annotations

from findspot.config import Settings, models_dir, secret
from findspot.errors import ModelError
from findspot.inference.base import ChatModel, Message
from findspot.inference.llama_chat import LlamaChat
from findspot.inference.own_models import OwnModels
from findspot.inference.remote_chat import RemoteChat

__all__ = ["ChatModel", "Message", "open_local_chat", "open_remote_chat"]


def open_local_chat(settings: Settings, name: str = "") -> ChatModel:
    """Open one of the user's own GGUF models, ``name`` or that of the settings; raises ``ModelError``, ``ConfigError``.

    The file is looked at now, its process starts with the first question.
    """
    chosen = name or settings.chat_model
    if not chosen:
        raise ModelError(
            "no chat model is chosen: give --model NAME, or choose one for good with 'findspot models use NAME'"
        )
    path = OwnModels(models_dir(settings.models_dir)).find(chosen).path
    return LlamaChat(path, context=settings.chat_context, template=settings.chat_template, threads=settings.threads)


def open_remote_chat(settings: Settings, endpoint: str = "", name: str = "", key_variable: str = "") -> ChatModel:
    """Open a model behind an address, the given one or that of the settings; raises ``ModelError``, ``ConfigError``.

    A key is read from the variable that is named together with the address. Nobody is called yet.
    """
    chosen = endpoint or settings.chat_endpoint
    if not chosen:
        raise ModelError("no server is named: give --endpoint URL, or set 'chat_endpoint' in your settings")
    model = name or settings.chat_model
    if not model:
        raise ModelError(f"which model of {chosen}? give --model NAME, or set 'chat_model' in your settings")
    # A key of the settings belongs to the server of the settings.
    variable = key_variable or ("" if endpoint else settings.chat_key_variable)
    return RemoteChat(chosen, model, secret(variable))
