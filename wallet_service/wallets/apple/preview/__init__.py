"""How a card looks before anybody has it: a page drawn from a pass file or a template, and a picture of that page."""

from wallet_service.wallets.apple.preview.page import page
from wallet_service.wallets.apple.preview.photograph import photograph
from wallet_service.wallets.apple.preview.subject import Subject, from_face, from_file, from_template
from wallet_service.wallets.apple.preview.view import view

__all__ = ["Subject", "from_face", "from_file", "from_template", "page", "photograph", "view"]
