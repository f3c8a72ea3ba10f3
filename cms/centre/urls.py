from django.urls import include, path

from cms.centre import go, phone_change, security, views

app_name = "centre"
urlpatterns = [
    path("", views.training, name="training"),
    path("record/", views.record, name="record"),
    path("exams/", views.exams, name="exams"),
    path("hours/", views.hours, name="hours"),
    path("certificates/", views.certificates, name="certificates"),
    path("profile/", views.profile, name="profile"),
    path("data/", include("cms.centre.my_data_urls")),
    path("go/", go.go, name="go"),
    path("security/", security.security, name="security"),
    path("security/others/end/", security.end_others, name="end_others"),
    path("security/sessions/<uuid:uuid>/end/", security.end_session, name="end_session"),
    path("security/devices/<int:pk>/forget/", security.forget_device, name="forget_device"),
    path("security/password/", security.password, name="password"),
    path("security/phone/", phone_change.choose, name="phone"),
    path("security/phone/old/", phone_change.old_number, name="phone_old"),
    path("security/phone/face/", phone_change.face, name="phone_face"),
    path("security/phone/camera/", phone_change.open_camera, name="phone_camera"),
    path("security/phone/face/done/", phone_change.face_done, name="phone_face_done"),
    path("security/phone/new/", phone_change.new_number, name="phone_new"),
    path("security/phone/confirm/", phone_change.confirm, name="phone_confirm"),
]
