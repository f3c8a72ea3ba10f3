"""What the floors above must hear of a person. Sent inside the transaction of the change; a receiver's error undoes it.

`account_closed` and `account_anonymised` carry `user`, `by` and `at`.
"""

from django.dispatch import Signal

account_closed = Signal()
account_anonymised = Signal()
