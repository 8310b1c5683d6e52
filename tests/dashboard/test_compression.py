"""Answers travel compressed, in what the browser takes."""

import gzip

import brotli
import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from dashboard.compression import CompressionMiddleware

PAGE = "<p>Long enough to be worth it.</p>" * 40


def compressed(accepted, content=PAGE, content_type="text/html; charset=utf-8"):
    middleware = CompressionMiddleware(lambda _request: HttpResponse(content, content_type=content_type))
    return middleware(RequestFactory().get("/", headers={"Accept-Encoding": accepted}))


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "br", "br;q=0.9", "gzip;q=0.1, br;q=1"])
def test_brotli_comes_first(accepted):
    answer = compressed(accepted)
    assert answer["Content-Encoding"] == "br"
    assert answer["Vary"] == "Accept-Encoding"
    assert int(answer["Content-Length"]) == len(answer.content)
    assert brotli.decompress(answer.content).decode().startswith(PAGE)


@pytest.mark.parametrize("accepted", ["gzip", "gzip, br;q=0", "gzip, br; q=0.0, zstd", "gzip, brr"])
def test_gzip_serves_those_who_do_not_take_brotli(accepted):
    answer = compressed(accepted)
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content).decode() == PAGE


@pytest.mark.parametrize(("accepted", "content"), [("", PAGE), ("identity", PAGE), ("br", "short")])
def test_what_is_short_or_not_wanted_compressed_stays_as_it_is(accepted, content):
    answer = compressed(accepted, content)
    assert "Content-Encoding" not in answer
    assert answer.content.decode() == content


def test_the_length_of_a_page_does_not_tell_what_stands_in_it():
    assert len({len(compressed("br").content) for _ in range(40)}) > 5


def test_a_file_arrives_as_it_was():
    answer = compressed("br", content_type="text/csv")
    assert brotli.decompress(answer.content).decode() == PAGE
