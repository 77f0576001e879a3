"""How every failure of the application is answered: in the one shape, without internals."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.errors import DomainError, Refused, error_response
from app.i18n import N_, LazyText, language_of
from app.problems import first_problem

CLIENT_GONE = 499  # what nginx logs where the client left before the answer; nobody reads it
PLAIN: dict[int, tuple[str, LazyText]] = {
    404: ("not_found", N_("There is nothing at this address.")),
    405: ("method_not_allowed", N_("This address does not take that kind of request.")),
    413: ("too_large", N_("That is more data than this server accepts at once.")),
    415: ("media_type", N_("The server cannot read this kind of content.")),
}

Page = Callable[[Request, DomainError], Response]


def install_error_handlers(app: FastAPI, page: Page) -> None:
    """Make every failure of `app` answer in the one shape, without internals; where a person asks
    for a page that is not there, with `page`.
    """

    def answer(request: Request, error: DomainError) -> Response:
        if error.status == 404 and wants_page(request):
            return page(request, error)
        return error_response(error, language_of(request))

    @app.exception_handler(DomainError)
    async def domain_error(request: Request, error: DomainError) -> Response:
        return answer(request, error)

    @app.exception_handler(Refused)
    async def refused(request: Request, refusal: Refused) -> Response:
        return error_response(refusal.error, language_of(request))

    @app.exception_handler(RequestValidationError)
    async def validation_error(request: Request, error: RequestValidationError) -> Response:
        return error_response(first_problem(error.errors()), language_of(request))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        code, message = PLAIN.get(
            error.status_code, ("http_error", N_("The request could not be answered."))
        )
        told = DomainError(message)
        told.code, told.status = code, error.status_code
        response = answer(request, told)
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["Allow"] = ", ".join(allowed_methods(request))
        return response

    @app.exception_handler(ClientDisconnect)
    async def nobody_there(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=CLIENT_GONE)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        told = DomainError(N_("Something went wrong on the server. Your work is not lost."))
        told.code, told.status = "internal", 500
        return error_response(told, language_of(request))


def wants_page(request: Request) -> bool:
    """Whether a browser asks for what it will show by itself, not a program or a script."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def allowed_methods(request: Request) -> list[str]:
    """All methods of the address asked; starlette itself names those of its first route only."""
    path = getattr(request.scope.get("route"), "path_format", request.url.path)
    operations = request.app.openapi()["paths"].get(path, {"get": None})
    methods = {method.upper() for method in operations}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
