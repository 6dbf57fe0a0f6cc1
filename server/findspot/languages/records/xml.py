"""XML: builds, interfaces, resources."""

from __future__ import annotations

from findspot.languages.record import Language, words

LANGUAGE = Language(
    name="xml",
    suffixes=words("xml xsd xsl xslt plist wsdl csproj vbproj fsproj props targets resx xaml storyboard"),
    scanned=True,
)
