"""The JSON that the API takes: exactly what is declared, nothing besides."""

from typing import Annotated, Self

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from subscriptions.web.api.answers import InvalidBody

MAX_BODY = 16 * 1024  # bytes
JSON = "application/json"
Text = Annotated[str, Field(max_length=2_000)]


class Body(BaseModel):
    """A body. A key that is not declared is an error: it would be a wish that nobody hears."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def sent(cls) -> Self:
        """The body of this request.

        Raises 415 for what is not JSON by its type, 400 for what is not by its content, and
        :class:`InvalidBody` for any other than declared. Nothing that was sent is repeated.
        """
        if request.mimetype != JSON:
            raise UnsupportedMediaType
        try:
            return cls.model_validate_json(request.get_data())
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False, include_context=False)
            if any(one["type"] == "json_invalid" for one in problems):
                raise BadRequest from None
            raise InvalidBody({_pointer(one["loc"]): one["msg"] for one in problems}) from None


class Addition(Body):
    """Somebody who asked to be added, and under the words of which form."""

    form: Text
    email: Text
    topics: Annotated[list[Text], Field(max_length=100)] = []
    profile: dict[Text, Text] = {}

    def as_form(self) -> MultiDict[str, str]:
        """The same as the hosted form would send it."""
        words = [*self.profile.items(), *(("topics", slug) for slug in self.topics)]
        return MultiDict([*words, ("email", self.email), ("consent", "y")])


class Departure(Body):
    """Somebody who is to receive no more."""

    email: Text


def _pointer(place: tuple[int | str, ...]) -> str:
    """RFC 6901."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in place)
    return "".join(f"/{step}" for step in steps)
