"""What stands in the items of a response, as parts of a chat message."""

from typing import Any

from gateway.wire.parts import Part, text_part
from gateway.wire.places import blocks_at, object_at, printable, text_at, wrong

_EXAMPLE = '{"type": "input_text", "text": "..."}'
_NO_FILES = "names a file that is kept elsewhere. Send its bytes"
_SAID = {"output_text": "text", "input_text": "text", "refusal": "refusal"}


def parts_of(content: object, place: str) -> list[Part]:
    """Return a content that a model reads as parts of a chat message, or raise `InvalidRequest`."""
    if type(content) is str:
        return [text_part(content)]
    return [_part(kind, part, where) for kind, part, where in blocks_at(content, place, _EXAMPLE)]


def texts_said(content: object, place: str) -> list[str]:
    """Return the texts of what the assistant said."""
    if type(content) is str:
        return [content]
    return [_said(kind, part, where) for kind, part, where in blocks_at(content, place, _EXAMPLE)]


def _part(kind: str, part: dict[str, Any], place: str) -> Part:
    match kind:
        case "input_text" | "output_text":
            return text_part(text_at(part, "text", place))
        case "input_image":
            return _image(part, place)
        case "input_file":
            return {"type": "file", "file": _file(part, place)}
        case "input_audio":
            return {"type": "input_audio", "input_audio": object_at(part, "input_audio", place)}
        case _:
            raise wrong(f"{place}.type", f"is no part that can be sent here: {printable(kind)}.")


def _said(kind: str, part: dict[str, Any], place: str) -> str:
    if kind not in _SAID:
        raise wrong(f"{place}.type", "has to be output_text or refusal in what the assistant said.")
    return text_at(part, _SAID[kind], place)


def _image(part: dict[str, Any], place: str) -> Part:
    if part.get("file_id") is not None:
        raise wrong(f"{place}.file_id", f"{_NO_FILES} as a `data:` URL in `image_url`.")
    image = {"url": text_at(part, "image_url", place)}
    if part.get("detail") is not None:
        image["detail"] = text_at(part, "detail", place)
    return {"type": "image_url", "image_url": image}


def _file(part: dict[str, Any], place: str) -> dict[str, str]:
    if part.get("file_url") is not None:
        raise wrong(f"{place}.file_url", f"{_NO_FILES} in `file_data`, or its text.")
    names = [name for name in ("file_data", "file_id", "filename") if part.get(name) is not None]
    file = {name: text_at(part, name, place) for name in names}
    if not {"file_data", "file_id"} & file.keys():
        raise wrong(place, "has to have the bytes of a file in `file_data`.")
    return file
