from .messages import MessageAdmin
from .templates import MessageTemplateAdmin

__all__ = ["MessageAdmin", "MessageTemplateAdmin"]
