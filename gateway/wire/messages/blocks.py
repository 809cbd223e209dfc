"""Blocks that a model reads, as texts and parts of a chat message."""

from typing import Any

from gateway.wire.parts import Part, content_of, text_part
from gateway.wire.places import blocks_at, object_at, printable, text_at, wrong

_NO_FILE_URL = "names a document by its URL, which is not fetched. Send its bytes or its text."


def parts_of(content: object, place: str) -> list[Part]:
    """Return a content as parts of a chat message, or raise `InvalidRequest`."""
    if type(content) is str:
        return [text_part(content)]
    return [part_of(kind, block, where) for kind, block, where in blocks_at(content, place)]


def part_of(kind: str, block: dict[str, Any], place: str) -> Part:
    """Return one block as a part."""
    match kind:
        case "text":
            return text_part(text_at(block, "text", place))
        case "image":
            return _image(object_at(block, "source", place), f"{place}.source")
        case "document":
            return _document(block, place)
        case "search_result":
            return text_part(_search_result(block, place))
        case _:
            raise wrong(f"{place}.type", f"is no block that can be sent here: {printable(kind)}.")


def text_of(content: object, place: str) -> str:
    """Return a content that may only be text."""
    found = content_of(parts_of(content, place))
    if type(found) is not str:
        raise wrong(place, "may only have text in it.")
    return found


def _image(source: dict[str, Any], place: str) -> Part:
    match source.get("type"):
        case "base64":
            data, medium = text_at(source, "data", place), text_at(source, "media_type", place)
            url = f"data:{medium};base64,{data}"
        case "url":
            url = text_at(source, "url", place)
        case _:
            raise wrong(f"{place}.type", "has to be base64 or url.")
    return {"type": "image_url", "image_url": {"url": url}}


def _document(block: dict[str, Any], place: str) -> Part:
    source, where = object_at(block, "source", place), f"{place}.source"
    match source.get("type"):
        case "text":
            return text_part(_titled(block, text_at(source, "data", where)))
        case "content":
            return text_part(_titled(block, text_of(source.get("content"), f"{where}.content")))
        case "base64":
            data, medium = text_at(source, "data", where), text_at(source, "media_type", where)
            file = {"file_data": f"data:{medium};base64,{data}", **_file_name(block)}
            return {"type": "file", "file": file}
        case "file":
            return {"type": "file", "file": {"file_id": text_at(source, "file_id", where)}}
        case "url":
            raise wrong(f"{where}.type", _NO_FILE_URL)
        case _:
            raise wrong(f"{where}.type", "has to be text, content, base64 or file.")


def _search_result(block: dict[str, Any], place: str) -> str:
    text = text_of(block.get("content"), f"{place}.content")
    return "\n".join([text_at(block, "title", place), text_at(block, "source", place), text])


def _titled(block: dict[str, Any], text: str) -> str:
    said = [value for name in ("title", "context") if type(value := block.get(name)) is str]
    return "\n".join([*said, text])


def _file_name(block: dict[str, Any]) -> dict[str, str]:
    title = block.get("title")
    return {"filename": title} if type(title) is str else {}
