"""What the floors above must hear of an enrolment. Sent inside the transaction of the change, which holds the
enrolment; a receiver's error undoes it.

`enrolment_withdrawn` carries `enrolment`, `by` and `at`.
"""

from django.dispatch import Signal

enrolment_withdrawn = Signal()
