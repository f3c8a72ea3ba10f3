"""Wagtail's PostgreSQL search with Chinese cut into pairs, in the index and in the question (`bigrams`)."""

from typing import Any

from django.contrib.postgres.search import SearchQuery
from modelsearch.backends.database.postgres import postgres
from modelsearch.backends.database.postgres.query import Lexeme
from wagtail.search.query import Phrase, PlainText

from cms.search.bigrams import indexed, terms


class BigramIndexer(postgres.ObjectIndexer):
    """The vectors are of pairs; the plain texts beside them stay as they are, for excerpts."""

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, (list, dict)):
            parts = value.values() if isinstance(value, dict) else value
            return " ".join(self.prepare_value(part) for part in parts)
        return str(super().prepare_value(value))

    def as_vector(self, texts: list[tuple[str, str]], for_autocomplete: bool = False) -> Any:
        return super().as_vector([(indexed(text), weight) for text, weight in texts], for_autocomplete)


# The index makes its indexers by this name and offers no other way in; there is one backend in this project.
postgres.ObjectIndexer = BigramIndexer


class _Cut:
    """Both compilers build their question from pairs."""

    LAST_TERM_IS_PREFIX: bool

    def build_tsquery_content(self, query: Any, config: str | None = None, invert: bool = False) -> Any:
        if not isinstance(query, (PlainText, Phrase)):
            return super().build_tsquery_content(query, config=config, invert=invert)  # type: ignore[misc]
        cut = terms(query.query_string)
        if not cut:
            return SearchQuery(Lexeme("\uffff"), search_type="raw", config=config)  # finds nothing
        any_of = isinstance(query, PlainText) and query.operator == "or"
        lexemes: Any = None
        for place, term in enumerate(cut):
            is_last = place == len(cut) - 1
            prefix = term.is_prefix or (self.LAST_TERM_IS_PREFIX and is_last)
            lexeme = Lexeme(term.text, invert=invert, prefix=prefix)
            lexemes = lexeme if lexemes is None else lexemes | lexeme if any_of else lexemes & lexeme
        return SearchQuery(lexemes, search_type="raw", config=config)


class BigramQueryCompiler(_Cut, postgres.PostgresSearchQueryCompiler):
    pass


class BigramAutocompleteCompiler(_Cut, postgres.PostgresAutocompleteQueryCompiler):
    pass


class SearchBackend(postgres.PostgresSearchBackend):
    query_compiler_class = BigramQueryCompiler
    autocomplete_query_compiler_class = BigramAutocompleteCompiler
