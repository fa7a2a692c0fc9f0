from .deliveries import CLAIM, PAUSES, Delivery, DeliveryQuerySet
from .messages import ChannelDelivery, Message, MessageQuerySet, why_not_mailed
from .templates import MessageTemplate

__all__ = [
    "CLAIM",
    "PAUSES",
    "ChannelDelivery",
    "Delivery",
    "DeliveryQuerySet",
    "Message",
    "MessageQuerySet",
    "MessageTemplate",
    "why_not_mailed",
]
