"""Names of SMS templates and words for errors of the log."""

from django.utils.translation import pgettext_lazy

TEMPLATE_NAMES = {
    "hours_complete": pgettext_lazy("sms", "Hours complete"),
    "hours_approved": pgettext_lazy("sms", "Hours approved"),
    "hours_cleared": pgettext_lazy("sms", "Hours cleared"),
    "hours_partly_cleared": pgettext_lazy("sms", "Part of the hours cleared"),
    "code_first": pgettext_lazy("sms", "Code: first sign-in"),
    "code_sign_in": pgettext_lazy("sms", "Code: sign-in"),
    "code_password": pgettext_lazy("sms", "Code: password"),
    "code_register": pgettext_lazy("sms", "Code: registration"),
    "code_old_phone": pgettext_lazy("sms", "Code: old phone"),
    "code_new_phone": pgettext_lazy("sms", "Code: new phone"),
    "code_apply": pgettext_lazy("sms", "Code: application"),
    "code_data": pgettext_lazy("sms", "Code: own data"),
    "data_request_done": pgettext_lazy("sms", "Request about data done"),
    "data_request_refused": pgettext_lazy("sms", "Request about data refused"),
    "data_export_ready": pgettext_lazy("sms", "Copy of data ready"),
    "account_closing": pgettext_lazy("sms", "Account will be closed"),
    "account_closed": pgettext_lazy("sms", "Account closed"),
    "account_exists": pgettext_lazy("sms", "Somebody tried to register"),
    "password_reset": pgettext_lazy("sms", "Password put back"),
    "institution_opened": pgettext_lazy("sms", "Institution opened"),
    "institution_suspended": pgettext_lazy("sms", "Institution suspended"),
    "institution_resumed": pgettext_lazy("sms", "Institution resumed"),
    "institution_closed": pgettext_lazy("sms", "Institution closed"),
    "application_received": pgettext_lazy("sms", "Application received"),
    "application_declined": pgettext_lazy("sms", "Application declined"),
    "staff_invited": pgettext_lazy("sms", "Invitation of staff"),
    "second_factor_reset": pgettext_lazy("sms", "Second factor reset"),
    "remind_start": pgettext_lazy("sms", "Reminder: not started"),
    "remind_behind": pgettext_lazy("sms", "Reminder: behind"),
    "remind_exam": pgettext_lazy("sms", "Reminder: exam"),
    "phone_changed": pgettext_lazy("sms", "Phone changed: old number"),
    "phone_bound": pgettext_lazy("sms", "Phone changed: new number"),
}

ERRORS = {
    "worker.lost": pgettext_lazy("sms", "the worker did not come back: nobody knows whether it left"),
    "cap.number": pgettext_lazy("sms", "daily cap of this number; leaves on the next day"),
    "cap.institution": pgettext_lazy("sms", "daily cap of the institution; leaves on the next day"),
    "isv.MOBILE_NUMBER_ILLEGAL": pgettext_lazy("sms", "the number is not valid"),
    "isv.BUSINESS_LIMIT_CONTROL": pgettext_lazy("sms", "the gateway limits how often"),
    "isv.AMOUNT_NOT_ENOUGH": pgettext_lazy("sms", "the account with the gateway is empty"),
}
